#!/usr/bin/python3
"""
Cognito's SRP-6a once more, from its documents and with Python's numbers: prints srp_vectors.h, logins with every number
that is short, long or odd. `srp_model.py > srp_vectors.h` makes them anew; each is checked from the provider's side, too.
"""

import base64
import hashlib
import hmac
import sys

sys.dont_write_bytecode = True

POOL = "Ab3dEf9hI"
STAMP = "Thu Dec 3 07:08:09 UTC 2026"
G = 2


def prime():
    """RFC 3526: 2^3072 - 2^3008 - 1 + 2^64 * (floor(2^2942 pi) + 1690314), pi by Machin's formula."""
    unity = 1 << 3100

    def arctan(inverse):
        total = term = unity // inverse
        n, sign = 3, -1
        while term:
            term //= inverse * inverse
            total += sign * (term // n)
            n, sign = n + 2, -sign
        return total

    pi = 4 * (4 * arctan(5) - arctan(239))
    return (1 << 3072) - (1 << 3008) - 1 + (1 << 64) * ((pi >> (3100 - 2942)) + 1690314)


N = prime()


def sha(data):
    return hashlib.sha256(data).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def pad(n):
    return n.to_bytes(n.bit_length() // 8 + 1, "big")


def number(data):
    return int.from_bytes(data, "big")


K = number(sha(pad(N) + pad(G)))


def made(label):
    """128 bytes out of a label."""
    return b"".join(sha(f"{label}/{i}".encode()) for i in range(4))


def login(label, user, password, salt):
    a, b = number(made("a" + label)), number(made("b" + label))
    x = number(sha(pad(number(bytes.fromhex(salt.zfill(len(salt) + len(salt) % 2)))) + sha(f"{POOL}{user}:{password}".encode())))
    v = pow(G, x, N)
    A, B = pow(G, a, N), (K * v + pow(G, b, N)) % N
    u = number(sha(pad(A) + pad(B)))
    S = pow(B - K * v, a + u * x, N)
    assert S == pow(A * pow(v, u, N), b, N)
    key = mac(mac(pad(u), pad(S)), b"Caldera Derived Key\x01")[:16]
    block = sha(f"block{label}".encode()) * 2
    sig = mac(key, POOL.encode() + user.encode() + block + STAMP.encode())
    return {"A": A, "B": B, "S": S, "u": u, "x": x, "key": key, "secret": made("a" + label), "salt": salt, "user": user,
            "password": password, "block": base64.b64encode(block).decode(), "sig": base64.b64encode(sig).decode()}


def is_short(n, whole=384):
    return (n.bit_length() + 7) // 8 < whole


def has_odd_digits(n):
    return len(f"{n:x}") % 2


WANTED = {
    "A is a byte short": lambda v: is_short(v["A"]), "B is a byte short": lambda v: is_short(v["B"]),
    "S is a byte short": lambda v: is_short(v["S"]), "u is a byte short": lambda v: is_short(v["u"], 32),
    "A has an odd number of digits": lambda v: has_odd_digits(v["A"]),
    "B has an odd number of digits": lambda v: has_odd_digits(v["B"]), "S has an odd number of digits": lambda v: has_odd_digits(v["S"]),
    "u has its top bit set": lambda v: v["u"].bit_length() == 256, "S has its top bit set": lambda v: v["S"].bit_length() == 3072,
    "nothing is special": lambda v: not any(is_short(v[n]) for n in "ABS") and not is_short(v["u"], 32),
}
PEOPLE = [("c0ffee00-1111-4222-8333-444455556666", "correct horse", "90a1b2c3d4e5f60718293a4b5c6d7e8f"),
          ("someone@example.com", "Grüße, Zoë", "1a2b3c4d5e6f708192a3b4c5d6e7f80"),
          ("c0ffee00-1111-4222-8333-444455556666", "パスワード 7", "0")]


def quoted(text):
    return '"' + "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\' else f"\\{b:03o}" for b in text.encode()) + '"'


def found():
    wanted = dict(WANTED)
    for i in range(2000):
        v = login(f"fmferry{i}", *PEOPLE[i % len(PEOPLE)])
        names = [name for name, holds in wanted.items() if holds(v)]
        if names:
            yield names, v
        for name in names:
            del wanted[name]
        if not wanted:
            return


def main():
    print("/* Made by srp_model.py: logins in which some number is short, long or odd. */")
    print("#pragma once\n\n/* clang-format off */")
    print("struct vector {\n    const char *user, *password, *salt, *secret, *a, *b, *block, *key, *signature;\n};\n")
    print(f'static const char vector_pool[] = "{POOL}", vector_stamp[] = "{STAMP}";')
    print("static const struct vector vectors[] = {")
    for names, v in found():
        print(f"    /* {', '.join(names)} */")
        print(f'    {{ .user = {quoted(v["user"])}, .password = {quoted(v["password"])}, .salt = "{v["salt"]}",')
        print(f'      .secret = "{v["secret"].hex()}",')
        print(f'      .a = "{v["A"]:x}",')
        print(f'      .b = "{v["B"]:x}",')
        print(f'      .block = "{v["block"]}", .key = "{v["key"].hex()}", .signature = "{v["sig"]}" }},')
    print("};")


main()
