"""The regressions of libdescent, for the programs beside this file."""
import ctypes
import pathlib
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINEAR, LOGISTIC = 0, 1
GRADIENT = 100  # DSC_NEWTON_GRADIENT


class Problem(ctypes.Structure):
    _fields_ = [("family", ctypes.c_int), ("samples", ctypes.c_size_t), ("features", ctypes.c_size_t),
                ("classes", ctypes.c_size_t), ("inputs", ctypes.c_void_p), ("targets", ctypes.c_void_p),
                ("weights", ctypes.c_void_p), ("intercept", ctypes.c_bool)]


class Options(ctypes.Structure):
    _fields_ = [("l1", ctypes.c_double), ("l2", ctypes.c_double), ("gradient_tolerance", ctypes.c_double),
                ("max_iterations", ctypes.c_int64), ("input_rounding", ctypes.c_double)]


class Result(ctypes.Structure):
    _fields_ = [("value", ctypes.c_double), ("gradient_norm", ctypes.c_double),
                ("log_likelihood", ctypes.c_double), ("dispersion", ctypes.c_double),
                ("degrees_of_freedom", ctypes.c_int64), ("iterations", ctypes.c_int64),
                ("condition", ctypes.c_double), ("bad_index", ctypes.c_size_t)]


def load(threads=0):
    """Builds the library, with $CC, into a folder that is gone again afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["make", "-s", "-f", "Scripts/library.mk", f"OUT={folder}"], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)
        (built,) = pathlib.Path(folder).glob("libdescent.so.*")
        library = ctypes.CDLL(str(built))
    if threads:
        library.dsc_set_default_threads(threads)
    return library


def fit(library, family, x, y, intercept=True, l2=0, tolerance=0):
    """Coefficients with the intercept at the end, their covariance, and the result."""
    size = x.shape[1] + intercept
    b, covariance, result = np.empty(size), np.empty((size, size)), Result()
    problem = Problem(family, *x.shape, 0, x.ctypes.data, y.ctypes.data, None, intercept)
    options = Options(0, l2, tolerance, 0, 0)
    status = library.dsc_glm_fit(
        None, ctypes.byref(problem), ctypes.byref(options), None, None, ctypes.c_void_p(b.ctypes.data),
        ctypes.c_void_p(covariance.ctypes.data), ctypes.byref(result))
    assert status == GRADIENT, status
    return b, covariance, result
