"""Review of glossary changes and translations: affected segments, predictions, decisions."""
