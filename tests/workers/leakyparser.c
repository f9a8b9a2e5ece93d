/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An extension for CPython as they are found in the wild: it works on a copy of its input, in memory
 * that the interpreter knows nothing about, and one path forgets to free it.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

static PyObject *count_tags(PyObject *module, PyObject *argument)
{
        char *text, *copy;
        Py_ssize_t size;
        long tags = 0;

        (void) module;
        if (PyBytes_AsStringAndSize(argument, &text, &size) < 0)
                return NULL;
        copy = malloc((size_t) size + 1);
        if (!copy)
                return PyErr_NoMemory();
        memcpy(copy, text, (size_t) size + 1);
        for (char *tag = strchr(copy, '<'); tag; tag = strchr(tag + 1, '<'))
                tags++;
        return PyLong_FromLong(tags); /* the leak: copy is lost here */
}

static PyMethodDef methods[] = {
        {"count_tags", count_tags, METH_O, "Counts the tags of a document, and loses a copy of it."},
        {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
        PyModuleDef_HEAD_INIT,
        .m_name = "leakyparser",
        .m_size = -1,
        .m_methods = methods,
};

PyMODINIT_FUNC PyInit_leakyparser(void);
PyMODINIT_FUNC PyInit_leakyparser(void)
{
        return PyModule_Create(&module);
}
