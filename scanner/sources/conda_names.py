"""What a conda package is called on the Python package index, where both carry the same project."""

from __future__ import annotations

import re
from typing import NamedTuple

from packaging.utils import canonicalize_name


class CondaPackage(NamedTuple):
    """The parts of a match specification that tell what it is."""

    name: str
    build: str = ""
    """The build string; empty where none is given."""


# Projects that conda channels carry under another name, by their conda names. From the recipes of conda-forge and the
# pytorch channel as of 2026-11.
_RENAMED = {
    "astropy-base": "astropy",
    "brotli-python": "brotli",
    "dask-core": "dask",
    "geopandas-base": "geopandas",
    "importlib_metadata": "importlib-metadata",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "numpy-base": "numpy",
    "opencv": "opencv-python",
    "py-opencv": "opencv-python",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "py-xgboost-gpu": "xgboost",
    "pyarrow-core": "pyarrow",
    "pyqt": "pyqt5",
    "pytables": "tables",
    "python-blosc": "blosc",
    "python-duckdb": "duckdb",
    "python-flatbuffers": "flatbuffers",
    "python-graphviz": "graphviz",
    "python-kaleido": "kaleido",
    "python-lmdb": "lmdb",
    "python-xxhash": "xxhash",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "ray-core": "ray",
    "ruamel_yaml": "ruamel-yaml",
    "seaborn-base": "seaborn",
    "tensorflow-base": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "uvicorn-standard": "uvicorn",
}

# Well-known projects with one name on both sides. A build string tells the rest: conda builds that begin with «py»
# are Python packages, and these keep the name of their project with few exceptions.
_SAME_NAMES = """
    aiohttp altair anyio beautifulsoup4 black bokeh boto3 botocore certifi cffi charset-normalizer click cryptography
    cython dask django fastapi flask fsspec gensim geopandas gitpython gradio h5py httpx huggingface_hub hypothesis
    idna imageio ipykernel ipython ipywidgets jax jinja2 joblib jsonschema jupyter jupyterlab keras lightgbm lxml
    markdown matplotlib mypy networkx nltk notebook numba numexpr numpy openai openpyxl packaging pandas pillow plotly
    polars pre-commit protobuf psutil psycopg2 pyarrow pydantic pymongo pyodbc pytest pytest-cov python-dateutil
    pytorch-lightning pytz pyyaml pyzmq requests rich ruff scikit-image scikit-learn scipy seaborn selenium
    setuptools shapely six spacy sphinx sqlalchemy statsmodels streamlit sympy tensorboard tensorflow tokenizers
    torchaudio torchvision tornado tox tqdm transformers typing_extensions urllib3 uvicorn virtualenv wheel xarray
    xgboost xlrd zarr
"""
_SAME = frozenset(_SAME_NAMES.split())
_PYTHON_BUILD = re.compile(r"py(\d|h[0-9a-f]|_|$)")


def find_pypi_name(package: CondaPackage) -> str | None:
    """The normalised name of the same project on the package index; None where that cannot be told."""
    name = package.name.lower()
    if name in _RENAMED:
        return _RENAMED[name]
    if name in _SAME or _PYTHON_BUILD.match(package.build):
        return canonicalize_name(name)
    return None
