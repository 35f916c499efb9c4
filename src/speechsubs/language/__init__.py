"""Everything that depends on the language alone: tags, locales, line breaks, typography."""
