"""Batches on a Dask cluster: client, worker and their protocol."""
