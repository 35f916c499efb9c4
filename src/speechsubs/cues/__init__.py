"""From sentences to cues: cut, fitted to their time, polished, stacked."""
