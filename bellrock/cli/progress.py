"""How far a long command is, on standard error where somebody is watching."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def shown() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Yield what begins a step and returns who is told ``(done, total)`` of it.

    Nothing is shown unless standard error is a terminal, and nothing stays.
    """
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True, markup=False, highlight=False)
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as bar:

        def begin(what: str) -> Callable[[int, int], None]:
            for task in bar.task_ids:
                bar.remove_task(task)
            running = bar.add_task(what, total=1)

            def tell(done: int, total: int) -> None:
                bar.update(running, completed=done, total=total)

            return tell

        yield begin
