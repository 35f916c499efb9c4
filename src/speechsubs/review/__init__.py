"""What a change does to subtitles, and what people decide about it."""
