#!/usr/bin/env python3
"""Compares what the log reader says of a file with what other people's readers say of it, flow by flow and name by name.

Other readers: parsezeeklogs (Zeek TSV and JSON), Python's json (Suricata EVE), pandas (CSV), apachelogs (web servers).
usage: logs_compare.py READ_FILE FIXTURES     (READ_FILE: the example program `read_file` of ascribe-readers)
"""
import collections
import ipaddress
import json
import pathlib
import subprocess
import sys

import pandas
from apachelogs import InvalidEntryError, LogParser
from parsezeeklogs import ParseZeekLogs

TOOL, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])


def ours(name):
    reading = json.loads(subprocess.run([TOOL, FOLDER / name], capture_output=True, check=True).stdout)
    flows, answers, asked, mentions = {}, {}, {}, {}
    for seen in reading["observations"]:
        ((kind, saw),) = seen["saw"].items()
        if kind == "flow":
            key = (saw["client"], saw["server"], saw["port"], saw["protocol"])
            flows[key] = (saw["connections"], saw["bytes_out"], saw["bytes_in"], saw["packets"], saw["first"], saw["last"])
        elif kind == "resolution":
            answers[saw["name"], saw["answer"]] = saw["count"]
        elif kind == "server-name":
            asked[saw["client"], saw["server"], saw["name"]] = saw["count"]
        elif kind == "mention":
            mentions[saw["value"]] = saw["count"]
    return flows, answers, asked, mentions, reading["coverage"]


def ip(text):
    return str(ipaddress.ip_address(text))


def report(name, what, mine, theirs):
    keys = set(mine) | set(theirs)
    wrong = [key for key in sorted(keys, key=str) if mine.get(key) != theirs.get(key)]
    print(f"{name}: {what}: {len(theirs)} there, {len(mine)} here, {len(wrong)} differ")
    for key in wrong[:5]:
        print("   ", key, "there", theirs.get(key), "here", mine.get(key))


def seconds(value):
    if isinstance(value, (int, float)):
        return float(value)
    if hasattr(value, "timestamp"):
        return value.timestamp()
    return float(value)


def stamp(text):
    return round(pandas.Timestamp(text).timestamp(), 3) if text else None


def zeek(name):
    flows, answers, asked, _, coverage = ours(name)
    rows = list(ParseZeekLogs(str(FOLDER / name)))
    theirs, names, resolved = {}, collections.Counter(), collections.Counter()
    for row in rows:
        get = lambda key: row.get(key) if row.get(key) not in ("-", "", "(empty)") else None
        port = int(row["id.resp_p"])
        proto = get("proto") or "tcp"
        if proto == "icmp":
            port = 0
        if "proto" not in row:
            proto = None
        key = (ip(row["id.orig_h"]), ip(row["id.resp_h"]), port, proto)
        old = theirs.get(key, (0, 0, 0, 0, None, None))
        took = get("duration")
        took = took.total_seconds() if hasattr(took, "total_seconds") else float(took or 0)
        first = seconds(row["ts"])
        theirs[key] = (
            old[0] + 1,
            old[1] + int(get("orig_bytes") or 0),
            old[2] + int(get("resp_bytes") or 0),
            old[3] + int(get("orig_pkts") or 0) + int(get("resp_pkts") or 0),
            min(first, old[4] if old[4] is not None else first),
            max(first + took, old[5] if old[5] is not None else 0),
        )
        host = get("host") if "uri" in row or "method" in row else None
        for said in (host, get("server_name")):
            if said:
                said = said if said.count(":") != 1 else said.split(":")[0]
                names[key[0], key[1], said.lower().rstrip(".")] += 1
        said = get("answers") or []
        said = said.split(",") if isinstance(said, str) else said
        for answer in said:
            answer = str(answer)
            try:
                answer = ip(answer)
            except ValueError:
                if get("qtype_name") not in ("A", "AAAA", "CNAME", "NS", "PTR", "MX", "SRV") or "." not in answer:
                    continue
            resolved[str(get("query")).lower(), answer.lower()] += 1
    mine = {}
    for (client, server, port, proto), said in flows.items():
        key = (client, server, port, proto if "proto" in rows[0] else None)
        mine[key] = said[:4] + (stamp(said[4]), stamp(said[5]))
    theirs = {key: said[:4] + (round(said[4], 3), round(said[5], 3)) for key, said in theirs.items()}
    print(f"{name}: rows: {len(rows)} there, {coverage['seen']} here")
    report(name, "flows with counts, bytes, packets, first, last", mine, theirs)
    report(name, "names asked for", asked, dict(names))
    report(name, "answers", answers, dict(resolved))


def suricata(name):
    flows, answers, asked, _, _ = ours(name)
    theirs, names, resolved = {}, collections.Counter(), collections.Counter()
    for line in open(FOLDER / name):
        event = json.loads(line)
        if event["event_type"] == "flow":
            proto = event["proto"].lower().replace("ipv6-", "")
            port = event.get("dest_port", 0)
            key = (ip(event["src_ip"]), ip(event["dest_ip"]), port, proto)
            old = theirs.get(key, (0, 0, 0, 0))
            flow = event["flow"]
            theirs[key] = (
                old[0] + 1,
                old[1] + flow["bytes_toserver"],
                old[2] + flow["bytes_toclient"],
                old[3] + flow["pkts_toserver"] + flow["pkts_toclient"],
            )
        host = event.get("http", {}).get("hostname") or event.get("tls", {}).get("sni")
        if host and event["event_type"] in ("http", "tls"):
            names[ip(event["src_ip"]), ip(event["dest_ip"]), host.strip("[]")] += 1
        if event["event_type"] == "dns" and event["dns"].get("type") in ("answer", "response"):
            for answer in event["dns"].get("answers", []):
                try:
                    value = ip(answer["rdata"])
                except ValueError:
                    value = answer["rdata"]
                resolved[answer["rrname"], value] += 1
    report(name, "flows with counts, bytes, packets", {key: said[:4] for key, said in flows.items()}, theirs)
    report(name, "names asked for", asked, dict(names))
    report(name, "answers", answers, dict(resolved))


def table(name, client, server, packets, out):
    """Packets and bytes by unordered pair of ends: direction is the reader's rule."""
    flows, _, _, _, coverage = ours(name)
    rows = pandas.read_csv(FOLDER / name, skipfooter=3 if name == "nfdump.csv" else 0, engine="python", skipinitialspace=True)
    theirs, mine = collections.Counter(), collections.Counter()
    for _, row in rows.iterrows():
        try:
            ends = tuple(sorted([ip(row[client]), ip(row[server])]))
        except ValueError:
            continue
        theirs[ends] += int(sum(row[column] for column in packets + out))
    for (a, b, _, _), said in flows.items():
        mine[tuple(sorted([a, b]))] += said[1] + said[2] + (said[3] if packets else 0)
    print(f"{name}: rows: {len(rows)} there, {coverage['seen']} here")
    report(name, "packets and bytes by pair", dict(mine), dict(theirs))


def web(name, form):
    _, _, _, mentions, coverage = ours(name)
    clients = collections.Counter()
    parser = LogParser(form)
    count = 0
    for line in open(FOLDER / name):
        try:
            clients[ip(parser.parse(line.rstrip("\n")).remote_host)] += 1
            count += 1
        except InvalidEntryError:
            pass
    mine = {value: count for value, count in mentions.items() if value in clients}
    print(f"{name}: rows: {count} there, {coverage['parsed']} here")
    report(name, "rows by client", mine, dict(clients))


for fixture in sorted(FOLDER.glob("zeek-*")):
    zeek(fixture.name)
suricata("suricata-eve.json")
table("nfdump.csv", "sa", "da", ["ipkt", "opkt"], ["ibyt", "obyt"])
table("argus.csv", "SrcAddr", "DstAddr", ["TotPkts"], ["TotBytes"])
table("argus-times.csv", "SrcAddr", "DstAddr", ["SrcPkts", "DstPkts"], ["SrcBytes", "DstBytes"])
table("tshark.csv", "ip.src", "ip.dst", [], ["frame.len"])
COMBINED = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'
web("nginx.log", COMBINED)
web("apache-common.log", "%h %l %u %t \"%r\" %>s %b")
web("apache-vhost.log", "%v:%p " + COMBINED.replace("%b", "%O"))
web("vhost-combined.log", "%v:%p " + COMBINED.replace("%b", "%O"))
