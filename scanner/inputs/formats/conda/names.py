"""The Python package index names of conda packages, for projects that are on both."""

from __future__ import annotations

import re
from typing import NamedTuple

from packaging.utils import canonicalize_name


class CondaPackage(NamedTuple):
    """The parts of a match specification that identify the package."""

    name: str
    build: str = ""
    """The build string; empty if none is given."""


# Projects that have another name on conda channels, by their conda names. Source: the renamed packages in the
# configuration of conda's recipe generator grayskull (strategy/config.yaml) and the comparison of the main channel with
# conda-forge in conda-pypi's documentation (of August 2025), both read on 2026-11-22.
_RENAMED = {
    "astropy-base": "astropy",
    "cufflinks-py": "cufflinks",
    "dask-core": "dask",
    "datadotworld-py": "datadotworld",
    "docker-py": "docker",
    "gnupg-py": "gnupg",
    "h2o-py": "h2o",
    "keras-base": "keras",
    "keras-gpu": "keras",
    "matplotlib-base": "matplotlib",
    "msg-extractor": "extract-msg",
    "msgpack-python": "msgpack",
    "neo4j-python-driver": "neo4j",
    "nvidia-ml": "nvidia-ml-py3",
    "opencv": "opencv-python",
    "ortools-python": "ortools",
    "pandera-base": "pandera",
    "pandera-core": "pandera",
    "pvlib-python": "pvlib",
    "pyqt": "pyqt5",
    "pysoundfile": "soundfile",
    "pytables": "tables",
    "python-annoy": "annoy",
    "python-avro": "avro-python3",
    "python-confluent-kafka": "confluent-kafka",
    "python-duckdb": "duckdb",
    "python-fastjsonschema": "fastjsonschema",
    "python-flatbuffers": "flatbuffers",
    "python-graphviz": "graphviz",
    "python-hdfs": "hdfs",
    "python-installer": "installer",
    "python-kaleido": "kaleido",
    "python-kubernetes": "kubernetes",
    "python-sounddevice": "sounddevice",
    "python-symengine": "symengine",
    "python-wget": "wget",
    "python-xxhash": "xxhash",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "pytorch_geometric": "torch-geometric",
    "qtconsole-base": "qtconsole",
    "redis-py": "redis",
    "seaborn-base": "seaborn",
    "spyder-base": "spyder",
    "trino-python-client": "trino",
    "uvicorn-standard": "uvicorn",
}

# Well-known projects that neither source lists as renamed. For other packages the build string decides: conda builds
# that begin with `py` are Python packages, and these keep the name of their project except for the affixes below.
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
_DOUBTFUL_NAME = re.compile(r"^(py|python)-|-(base|core|cpu|gpu|py|python)$")
_PYTHON_BUILD = re.compile(r"py(\d|h[0-9a-f]|_|$)")


def find_pypi_name(package: CondaPackage) -> str | None:
    """The normalised name of the same project on the package index; None if it is unknown."""
    name = package.name.lower()
    if name in _RENAMED:
        return _RENAMED[name]
    if name in _SAME or (_PYTHON_BUILD.match(package.build) and not _DOUBTFUL_NAME.search(name)):
        return canonicalize_name(name)
    return None
