"""speechsubs.batch.cluster"""
