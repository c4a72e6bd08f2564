"""What libopendkim says about a signed mail. Its keys come from a file, so it
asks nobody; the numbers are those of its dkim.h."""

import ctypes
import tempfile

QUERY_FILE, OP_SETOPT = 1, 1
OPTS_QUERYMETHOD, OPTS_QUERYINFO = 6, 7
SIGFLAG_PASSED, SIGBH_MATCH = 0x04, 0


def library():
    lib = ctypes.CDLL("libopendkim.so.11")
    pointer = ctypes.c_void_p
    lib.dkim_init.restype = pointer
    lib.dkim_init.argtypes = [pointer, pointer]
    lib.dkim_options.argtypes = [pointer, ctypes.c_int, ctypes.c_int, pointer,
                                 ctypes.c_size_t]
    lib.dkim_verify.restype = pointer
    lib.dkim_verify.argtypes = [pointer, ctypes.c_char_p, pointer,
                                ctypes.POINTER(ctypes.c_int)]
    lib.dkim_chunk.argtypes = [pointer, ctypes.c_char_p, ctypes.c_size_t]
    lib.dkim_eom.argtypes = [pointer, pointer]
    lib.dkim_getsiglist.argtypes = [pointer, ctypes.POINTER(ctypes.POINTER(pointer)),
                                    ctypes.POINTER(ctypes.c_int)]
    for name in ("dkim_sig_getflags", "dkim_sig_getbh", "dkim_sig_process"):
        getattr(lib, name).argtypes = (
            [pointer, pointer] if name == "dkim_sig_process" else [pointer])
    lib.dkim_free.argtypes = [pointer]
    lib.dkim_close.argtypes = [pointer]
    return lib


def verdicts(raw, records):
    """For each signature from the top: did it pass?"""
    lib = library()
    with tempfile.NamedTemporaryFile("w") as zone:
        zone.writelines(f"{name} {record}\n" for name, record in records.items())
        zone.flush()
        handle = lib.dkim_init(None, None)
        method = ctypes.c_int(QUERY_FILE)
        path = ctypes.create_string_buffer(zone.name.encode(), 4096)
        assert lib.dkim_options(handle, OP_SETOPT, OPTS_QUERYMETHOD,
                                ctypes.byref(method), ctypes.sizeof(method)) == 0
        assert lib.dkim_options(handle, OP_SETOPT, OPTS_QUERYINFO, path,
                                len(zone.name)) == 0
        status = ctypes.c_int(0)
        mail = lib.dkim_verify(handle, b"test", None, ctypes.byref(status))
        assert lib.dkim_chunk(mail, raw, len(raw)) == 0
        assert lib.dkim_chunk(mail, b"", 0) == 0
        lib.dkim_eom(mail, None)
        signatures = ctypes.POINTER(ctypes.c_void_p)()
        count = ctypes.c_int(0)
        assert lib.dkim_getsiglist(mail, ctypes.byref(signatures),
                                   ctypes.byref(count)) == 0
        passed = []
        for i in range(count.value):
            signature = signatures[i]
            lib.dkim_sig_process(mail, signature)
            passed.append(bool(lib.dkim_sig_getflags(signature) & SIGFLAG_PASSED)
                          and lib.dkim_sig_getbh(signature) == SIGBH_MATCH)
        lib.dkim_free(mail)
        lib.dkim_close(handle)
    return passed
