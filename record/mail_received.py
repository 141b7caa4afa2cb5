#!/usr/bin/env python3
"""What mail-parser (SpamScope, 4.8.0) reads from Received lines, beside ours (record/mail.md).

    mail_received.py OURS MAIL...     OURS: the lines of `cargo run -p ascribe-readers --example received MAIL...`
"""
import re
import sys

import mailparser

ours = {}
for line in open(sys.argv[1], encoding="utf-8"):
    path, index, name, address, by, with_, when = line.rstrip("\n").split("\t")
    ours.setdefault(path, []).append((name, address, by, with_, when))

counts = {}
for path in sys.argv[2:]:
    try:
        peer = mailparser.parse_from_file(path).received
    except Exception as error:
        print("peer fails", path, error)
        continue
    mine = list(reversed(ours.get(path, [])))  # the peer gives the oldest first
    if len(peer) != len(mine):
        print("number", path, len(peer), len(mine))
    for theirs, here in zip(peer, mine):
        text = theirs.get("from", "")
        addresses = re.findall(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|[0-9a-f:]*::[0-9a-f:]+", text)
        by = theirs.get("by", "").split(" ")[0]
        date = (theirs.get("date_utc") or "")[:19]
        for field, same in (
            ("address", (here[1] == "-" and not addresses) or here[1] in addresses),
            ("by", by.lower() == ("" if here[2] == "-" else here[2].lower())),
            ("date", (date != "") == (here[4] != "-")),
        ):
            counts[field, same] = counts.get((field, same), 0) + 1
            if not same:
                print(field, path, "ours:", here, "peer:", theirs)
print(counts)
