"""Compares the records that ascribe reads from event logs of Windows with those of python-evtx and of the evtx library.

    python3 record/eventlogs_compare.py target/release/examples/dump_events FILE.evtx...

Needs python-evtx and evtx from PyPI. Per record: number, event id, provider, computer, time and every named value.
"""
import datetime, json, subprocess, sys, re, xml.etree.ElementTree as ET

def ours(tool, path):
    out = subprocess.run([tool, path], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in out.splitlines():
        row = json.loads(line)
        found.setdefault(row["number"], []).append(row)
    return found

def local(tag):
    return tag.rsplit("}", 1)[-1]

def values(xml):
    """Names and values as our reader gives them."""
    xml = CONTROL.sub("", xml)
    root = ET.fromstring(xml)
    found = []
    def walk(element, system):
        name = local(element.tag)
        named = element.attrib.get("Name") if name == "Data" else None
        key = named if named else ("System." + name if system else name)
        base = ("System." + name) if system else name
        for attribute, value in element.attrib.items():
            if name == "Data" and attribute == "Name":
                continue
            found.append((base + "." + local(attribute), value))
        children = list(element)
        if not children:
            found.append((key, element.text or ""))
        for child in children:
            walk(child, name == "System" or system)
    for child in root:
        walk(child, local(child.tag) == "System" and False)
    return found

def plain(name, value):
    value = value.strip()
    if re.fullmatch(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?", value):
        return value.strip("{}").lower()
    if re.fullmatch(r"0[xX][0-9a-fA-F]+", value):
        return str(int(value, 16))
    if re.fullmatch(r"\d+", value):
        return str(int(value))
    if value.lower() in ("true", "false"):
        return value.lower()
    when = re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?(Z|\+00:00| UTC)?", value)
    if when:
        return f"{when[1]} {when[2]}.{((when[3] or '.')[1:] + '0000000')[:6]}"
    return re.sub(r"\s+", " ", value)

def same(ours, theirs):
    if ours == theirs:
        return True
    ours, theirs = (" ".join(values).replace(", ", " ") for values in (ours or [], theirs))
    if ours == theirs:
        return True
    # python-evtx computes times in floating point: the last digits differ.
    try:
        a, b = (datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f") for text in (ours, theirs))
    except ValueError:
        return False
    return abs((a - b).total_seconds()) < 1e-5

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

def normal(pairs):
    out = {}
    for name, value in pairs:
        value = plain(name, CONTROL.sub("", value))
        if value:
            out.setdefault(name, []).append(value)
    return out

def python_evtx(path):
    import Evtx.Evtx as E
    with E.Evtx(path) as log:
        for chunk in log.chunks():
            try:
                for record in chunk.records():
                    try:
                        yield record.record_num(), record.xml()
                    except Exception:
                        yield None, None
            except Exception:
                continue

def evtx_crate(path):
    import evtx
    for record in evtx.PyEvtxParser(path).records():
        yield record["event_record_id"], record["data"]

READERS = {"python-evtx": python_evtx, "evtx": evtx_crate}

def main():
    tool, paths = sys.argv[1], sys.argv[2:]
    for name, reader in READERS.items():
        files = compared = fields = missing = theirs_failed = 0
        differ, shown = {}, 0
        for path in paths:
            mine = ours(tool, path)
            files += 1
            try:
                rows = list(reader(path))
            except Exception as error:
                print(f"{name}: {path}: {error}"); continue
            for number, xml in rows:
                if xml is None:
                    theirs_failed += 1; continue
                try:
                    theirs = normal(values(xml))
                except ET.ParseError:
                    theirs_failed += 1; continue
                candidates = mine.get(number, [])
                if not candidates:
                    missing += 1
                    print(f"{name}: {path}: record {number} is not in ours"); continue
                compared += 1
                best = None
                for row in candidates:
                    got = normal(row["values"])
                    wrong = []
                    for key, value in theirs.items():
                        fields += 1
                        if not same(got.get(key), value):
                            wrong.append((key, value, got.get(key)))
                    if best is None or len(wrong) < len(best):
                        best = wrong
                for key, value, got in best:
                    differ[key] = differ.get(key, 0) + 1
                    if shown < 25:
                        shown += 1
                        print(f"  {path.split('/')[-1]} {number} {key}: theirs {str(value)[:90]} ours {str(got)[:90]}")
        print(f"{name}: {files} files, {compared} records and {fields} values compared, {missing} missing, "
              f"{theirs_failed} that it does not give, {sum(differ.values())} values differ {dict(sorted(differ.items(), key=lambda x: -x[1])[:12])}")
main()
