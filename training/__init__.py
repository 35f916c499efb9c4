"""How the starter model is made: prepare, train, export, score. Never part of the wheel."""
