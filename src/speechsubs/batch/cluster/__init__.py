"""A batch on a Dask cluster: client, worker, and what the two agree on."""
