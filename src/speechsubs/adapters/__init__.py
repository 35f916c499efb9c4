"""speechsubs.adapters"""
