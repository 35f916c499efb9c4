"""speechsubs.language"""
