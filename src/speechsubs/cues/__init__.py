"""speechsubs.cues"""
