"""The steps from a transcript to checked tracks: pure functions that never import each other."""
