from pathlib import Path

import pytest

from bellrock.config.secrets import read_secret, relative_to


def test_a_secret_is_the_content_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("correct horse\n")
    secret = read_secret(file, None, what="password")
    assert secret.get_secret_value() == "correct horse"


@pytest.mark.parametrize(
    ("content", "secret"),
    [(b"a\n", "a"), (b"a\r\n", "a"), (b"a", "a"), (b" a \n\n", " a \n")],
)
def test_only_one_newline_at_the_end_is_dropped(
    tmp_path: Path, content: bytes, secret: str
) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    assert read_secret(file, None, what="x").get_secret_value() == secret


def test_a_secret_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLROCK_TEST_SECRET", "correct horse")
    secret = read_secret(None, "BELLROCK_TEST_SECRET", what="password")
    assert secret.get_secret_value() == "correct horse"


def test_a_secret_hides_in_every_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLROCK_TEST_SECRET", "correct horse")
    secret = read_secret(None, "BELLROCK_TEST_SECRET", what="password")
    assert "correct" not in f"{secret} {secret!r}"


def test_relative_paths_start_at_the_settings_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "secret").write_text("of the settings")
    (tmp_path / "secret").write_text("of the working folder")
    monkeypatch.chdir(tmp_path)
    with relative_to(tmp_path / "etc"):
        inside = read_secret(Path("secret"), None, what="password")
    outside = read_secret(Path("secret"), None, what="password")
    assert inside.get_secret_value() == "of the settings"
    assert outside.get_secret_value() == "of the working folder"


def message(file: Path | None, env: str | None) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        read_secret(file, env, what="password")
    # Nothing that was read may hang on the exception either.
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def test_every_way_to_have_no_secret_has_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty, latin, long = tmp_path / "empty", tmp_path / "latin", tmp_path / "long"
    empty.write_text("\n")
    latin.write_bytes(b"hunter2\xe9")
    long.write_bytes(b"hunter2" * 10_000)
    monkeypatch.setenv("BELLROCK_TEST_EMPTY", "")
    monkeypatch.delenv("BELLROCK_TEST_NONE", raising=False)
    missing = tmp_path / "missing"
    assert {
        "neither": message(None, None),
        "both": message(empty, "BELLROCK_TEST_EMPTY"),
        "missing": message(missing, None),
        "folder": message(tmp_path, None),
        "no path": message(Path("a\0b"), None),
        "empty": message(empty, None),
        "latin": message(latin, None),
        "long": message(long, None),
        "unset": message(None, "BELLROCK_TEST_NONE"),
        "empty env": message(None, "BELLROCK_TEST_EMPTY"),
    } == {
        "neither": "no password given; set password_file or password_env",
        "both": "password_file and password_env are both given; leave one of them out",
        "missing": f"password_file: cannot read {missing}: No such file or directory",
        "folder": f"password_file: cannot read {tmp_path}: Is a directory",
        "no path": "password_file: cannot read a\0b: not a path",
        "empty": f"password_file: {empty} is empty",
        "latin": f"password_file: {latin} is not UTF-8 text",
        "long": f"password_file: {long} is too long for a secret",
        "unset": "password_env: the environment has no variable BELLROCK_TEST_NONE",
        "empty env": "password_env: the environment variable BELLROCK_TEST_EMPTY "
        "is empty",
    }
