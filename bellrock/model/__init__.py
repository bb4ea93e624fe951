"""Plain data shared by every package; standard library only, imports none of ours."""
