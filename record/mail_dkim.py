#!/usr/bin/env python3
"""The verdict of dkimpy on every DKIM signature of mails, as record/mail.md compares it with ours.

    mail_dkim.py peer KEYS.zone MAIL...            path, DKIM, domain, selector, verdict of dkimpy
    mail_dkim.py compare KEYS.zone OURS MAIL...    differences to the lines of `cargo run --example mail_proof`
    mail_dkim.py arc KEYS.zone OURS MAIL...        the same for chains of seals
    mail_dkim.py make FOLDER                       signs mails in many ways and changes some; writes keys.zone

Needs dkimpy 1.1.8 with pynacl; `cryptography` for `make`. Keys come from the zone file only. A verdict of dkimpy is
valid or not; expiry is judged there by today's clock, so `x=` that lies in the past is not compared.
"""
import base64
import itertools
import random
import re
import sys

import dkim


def keys(path):
    found = {}
    text = open(path, encoding="ascii").read()
    for line in re.sub(r"\(\s*(.*?)\s*\)", lambda m: m[1].replace("\n", " "), text, flags=re.S).splitlines():
        owner = re.match(r"(\S+?)\.?\s", line)
        if owner and " TXT " in line:
            found[owner[1].lower()] = "".join(re.findall(r'"([^"]*)"', line))
    return found


def peer(zone, mails):
    table = keys(zone)

    def ask(name, timeout=5):
        return table.get(name.decode().rstrip(".").lower())

    for path in mails:
        data = open(path, "rb").read()
        try:
            headers, _ = dkim.rfc822_parse(data)
        except dkim.DKIMException:
            continue
        count = sum(1 for name, _ in headers if name.lower() == b"dkim-signature")
        values = [value for name, value in headers if name.lower() == b"dkim-signature"]
        for index in range(count):
            try:
                tags = dkim.util.parse_tag_value(values[index])
                domain, selector = tags[b"d"].decode(), tags[b"s"].decode()
            except Exception:
                domain = selector = "?"
            why = ""
            try:
                good = dkim.DKIM(data).verify(idx=index, dnsfunc=ask)
            except dkim.DKIMException as error:
                good, why = False, str(error)
            except Exception as error:  # dkimpy lets some errors of its libraries through
                good, why = False, f"{type(error).__name__}: {error}"
            yield path, domain.lower(), selector, "valid" if good else "not valid", why


def compare(zone, ours, mails):
    mine = {}
    for line in open(ours, encoding="utf-8"):
        path, signs, _, domain, selector, verdict, why = line.rstrip("\n").split("\t")
        if signs == "Mail":
            mine.setdefault(path, []).append((domain, selector, verdict, why))
    same, differing, kinds = 0, 0, {}
    seen = {}
    for path, domain, selector, verdict, why in peer(zone, mails):
        index = seen[path] = seen.get(path, -1) + 1
        listed = mine.get(path, [])
        here = listed[index] if index < len(listed) else ("?", "?", "none", "")
        agrees = here[2].startswith("valid") == (verdict == "valid")
        # A signature that leaves a From header uncovered is valid to the letter; dkimpy refuses it, we call it weak.
        if not agrees and here[2].startswith("valid") and "another From header" in here[3]:
            agrees = verdict == "not valid"
        key = (here[2], verdict)
        kinds[key] = kinds.get(key, 0) + 1
        if agrees:
            same += 1
        else:
            differing += 1
            print("differs", path, domain, selector, "ours:", here[2], here[3], "| dkimpy:", verdict, why)
    for key, number in sorted(kinds.items()):
        print(number, "ours:", key[0], "| dkimpy:", key[1])
    print("signatures", same + differing, "same", same, "differing", differing)


def arc(zone, ours, mails):
    table = keys(zone)
    mine = dict((row[0], row[5:7]) for row in (line.rstrip("\n").split("\t") for line in open(ours, encoding="utf-8")) if row[1] == "Arc")
    counts = {}
    for path in mails:
        if path not in mine:
            continue
        try:
            verdict, _, why = dkim.ARC(open(path, "rb").read()).verify(dnsfunc=lambda name, timeout=5: table.get(name.decode().rstrip(".").lower()))
            verdict = (verdict or b"none").decode()
        except dkim.DKIMException as error:
            verdict, why = "fail", str(error)
        # A seal that says fail ends the chain; dkimpy gives no verdict then.
        agrees = (mine[path][0] == "pass") == (verdict == "pass")
        counts[mine[path][0], verdict] = counts.get((mine[path][0], verdict), 0) + 1
        if not agrees:
            print("differs", path, "ours:", *mine[path], "| dkimpy:", verdict, why)
    print(counts)


def text_of(rng):
    words = ["the", "film", "will", "not", "be", "shown", "tomorrow", "anywhere", "", " ", "\t", "=20", "--"]
    lines = []
    for _ in range(rng.randrange(0, 14)):
        line = rng.choice([" ", "  ", "\t", ""]).join(rng.choice(words) for _ in range(rng.randrange(0, 9)))
        lines.append(line + rng.choice(["", "", " ", "\t ", "  "]))
    return "\r\n".join(lines) + rng.choice(["", "\r\n", "\r\n\r\n", "\r\n \r\n\r\n"])


def mail_of(rng):
    subject = rng.choice(["warning", "[list] a  warning", "a very long\r\n subject\tover\r\n\tlines  ", ""])
    headers = [
        ("From", rng.choice(['"The  group" <head@postbox.test>', "head@postbox.test", "head@sub.postbox.test"])),
        ("To", "all-staff@studio.test,\r\n  other@studio.test"),
        ("Subject", subject),
        ("Date", "Fri, 05 Dec 2014 17:41:20 +0000"),
        ("Message-ID", "<%x@postbox.test>" % rng.randrange(1 << 40)),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain;\r\n\tcharset=us-ascii"),
        ("X-Mailer", "a  b "),
    ]
    if rng.random() < 0.2:
        headers.insert(3, ("Subject", "twice"))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return (head + "\r\n" + text_of(rng)).encode("ascii")


def make(folder):
    import os

    from cryptography.hazmat.primitives import serialization as serial
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    rng = random.Random(20141205)
    os.makedirs(folder, exist_ok=True)
    private, lines = {}, []
    for name, bits in (("r512", 512), ("r768", 768), ("r1024", 1024), ("r1025", 1032), ("r2048", 2048), ("r4096", 4096)):
        try:
            key = rsa.generate_private_key(65537, bits)
        except ValueError:  # newer libraries make no short keys
            import subprocess

            pem = subprocess.run(["openssl", "genrsa", "-traditional", str(bits)], capture_output=True, check=True).stdout
            der = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], input=pem, capture_output=True, check=True).stdout
            private[name] = pem
            lines.append(txt(f"{name}._domainkey.postbox.test", "v=DKIM1; k=rsa; p=" + base64.b64encode(der).decode()))
            continue
        private[name] = key.private_bytes(serial.Encoding.PEM, serial.PrivateFormat.TraditionalOpenSSL, serial.NoEncryption())
        form = serial.PublicFormat.PKCS1 if name == "r1025" else serial.PublicFormat.SubjectPublicKeyInfo
        der = key.public_key().public_bytes(serial.Encoding.DER, form)
        lines.append(txt(f"{name}._domainkey.postbox.test", "v=DKIM1; k=rsa; p=" + base64.b64encode(der).decode()))
        if name == "r2048":
            more = base64.b64encode(der).decode()
            lines.append(txt("nosha1._domainkey.postbox.test", "v=DKIM1; h=sha256; p=" + more))
            lines.append(txt("web._domainkey.postbox.test", "v=DKIM1; s=web; p=" + more))
            lines.append(txt("strict._domainkey.postbox.test", "v=DKIM1; t=s; p=" + more))
            lines.append(txt("old._domainkey.postbox.test", "v=DKIM2; p=" + more))
            lines.append(txt("gone._domainkey.postbox.test", "v=DKIM1; p="))
            for also in ("nosha1", "web", "strict", "old", "gone", "missing"):
                private[also] = private[name]
    key = ed25519.Ed25519PrivateKey.generate()
    raw = key.private_bytes(serial.Encoding.Raw, serial.PrivateFormat.Raw, serial.NoEncryption())
    private["ed"] = base64.b64encode(raw)
    public = key.public_key().public_bytes(serial.Encoding.Raw, serial.PublicFormat.Raw)
    lines.append(txt("ed._domainkey.postbox.test", "v=DKIM1; k=ed25519; p=" + base64.b64encode(public).decode()))
    lines.append(txt("mixed._domainkey.postbox.test", "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()))
    private["mixed"] = private["ed"]
    open(f"{folder}/keys.zone", "w").write("".join(lines))
    forms = [b"simple", b"relaxed"]
    number = 0
    for selector, head, body in itertools.product(sorted(private), forms, forms):
        for _ in range(12):
            number += 1
            mail = mail_of(rng)
            algorithm = b"ed25519-sha256" if selector in ("ed", "mixed") else rng.choice([b"rsa-sha256", b"rsa-sha256", b"rsa-sha1"])
            options = dict(canonicalize=(head, body), signature_algorithm=algorithm, length=rng.random() < 0.25)
            if rng.random() < 0.3:
                options["include_headers"] = [b"from", b"to", b"subject", b"subject", b"x-not-there"]
            try:
                header = dkim.sign(mail, selector.encode(), b"postbox.test", private[selector], **options)
            except Exception as error:
                print("not signed", selector, error)
                continue
            signed = change(rng, header + mail)
            if rng.random() < 0.5:
                signed = signed.replace(b"\r\n", b"\n")
            open(f"{folder}/{number:04d}-{selector}.eml", "wb").write(signed)
    for number in range(1, 61):
        mail = b"Authentication-Results: mx.studio.test; spf=pass smtp.mailfrom=postbox.test\r\n" + mail_of(rng)
        for hop in range(rng.randrange(1, 4)):
            selector = rng.choice(["r1024", "r2048"])
            lines = dkim.ARC(mail).sign(selector.encode(), b"postbox.test", private[selector], b"mx.studio.test")
            if not lines:
                break
            mail = b"".join(lines) + mail
        open(f"{folder}/arc-{number:03d}.eml", "wb").write(change(rng, mail))
    print(number, "chains")


def txt(name, value):
    parts = [value[at : at + 200] for at in range(0, len(value), 200)]
    return f"{name}. 3600 IN TXT {' '.join(chr(34) + part + chr(34) for part in parts)}\n"


def change(rng, mail):
    what = rng.randrange(16)
    head, _, body = mail.partition(b"\r\n\r\n")
    if what == 0:
        body += b"-- \r\nposted through a list\r\n"
    elif what == 1:
        body = body.replace(b"film", b"show", 1)
    elif what == 2:
        head = re.sub(rb"(?m)^Subject: ", b"Subject: [list] ", head, count=1)
    elif what == 3:
        head = head.replace(b"Date: Fri", b"Date: Thu")
    elif what == 4:
        head = b"From: other@elsewhere.test\r\n" + head
    elif what == 5:
        head = b"X-Added: yes\r\nReceived: from a by b; Fri, 05 Dec 2014 17:41:20 +0000\r\n" + head
    elif what == 6:
        head = re.sub(rb"\bbh=(.)", lambda m: b"bh=" + (b"A" if m[1] != b"A" else b"B"), head)
    elif what == 7:
        head = re.sub(rb"(\bb=)(....)", lambda m: m[1] + bytes(reversed(m[2])), head)
    elif what == 8:
        body = body + b"\r\n\r\n"
    elif what == 9:
        body = body.replace(b"  ", b" ").replace(b"\t", b" ")
    elif what == 10:
        head = head.replace(b"X-Mailer: a  b ", b"X-Mailer:a b")
    return head + b"\r\n\r\n" + body


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "peer":
        for row in peer(rest[0], rest[1:]):
            print(*row, sep="\t")
    elif command == "compare":
        compare(rest[0], rest[1], rest[2:])
    elif command == "arc":
        arc(rest[0], rest[1], rest[2:])
    elif command == "make":
        make(rest[0])
