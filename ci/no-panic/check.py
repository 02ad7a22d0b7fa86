#!/usr/bin/env python3
"""Says which functions of a compiled library can still reach a panic, and fails if `reachable.txt` knows of
fewer places, or of an entry that was proved to reach none.

Usage: check.py LIBRARY.a [--write]

Reads the relocations of the machine code as a graph of who refers to whom, and walks it from each symbol
that begins with `entry_`. An entry from which no panic can be reached is proved not to panic: there is no
code for it. Calls through pointers are not followed, but where a pointer is taken that counts as a call.
Running out of memory, and sizes beyond the address space, are counted apart: no check can do without.
"""

import collections
import pathlib
import re
import subprocess
import sys

LIST = pathlib.Path(__file__).with_name("reachable.txt")
PANIC = re.compile(
    r"^(core::panicking::|core::option::(unwrap|expect)_failed|core::result::unwrap_failed"
    r"|core::slice::.*(_fail|panic)|core::str::slice_error_fail|core::cell::panic_"
    r"|core::slice::copy_from_slice_impl::len_mismatch_fail|rust_begin_unwind|__rust_begin_unwind)"
)
MEMORY = re.compile(r"^(alloc::raw_vec::|alloc::alloc::handle_alloc_error|__rust_alloc_error|__rg_oom)")


def graph(library):
    """Who refers to whom. Functions go by their names, constants by that of their section."""
    places = {}
    for line in dump("--syms", library):
        # Address, flags, section, size, name. Each function has a section of its own.
        found = re.match(r"^[0-9a-f]+ (.{7}) (\S+)\t[0-9a-f]+ +(?:\.hidden )?(.*)$", line)
        if not found:
            continue
        flags, section, symbol = found.groups()
        if flags[6] == "F":
            places[section] = name(symbol)
        elif flags[6] == "O" or symbol.startswith(".L"):
            places[symbol] = section
    edges = collections.defaultdict(set)
    here = None
    for line in dump("--disassemble", "--reloc", "--no-show-raw-insn", library):
        if found := re.match(r"^[0-9a-f]+ <(.*)>:$", line):
            here = name(found[1])
            edges[here]
        elif here and (found := re.search(r"\bR_\S+\s+(.*)$", line)):
            edges[here].add(target(found[1], places))
        elif here and (found := re.search(r"\b(?:call|j\w+)\s+[0-9a-f]+ <(.*)>$", line)):
            edges[here].add(name(found[1]))
    section = ""
    for line in dump("--reloc", library):
        if found := re.match(r"^RELOCATION RECORDS FOR \[(.*)\]:$", line):
            section = found[1]
        elif section.startswith((".data", ".rodata")):
            if found := re.match(r"^[0-9a-f]+ R_\S+\s+(.*)$", line):
                edges[section].add(target(found[1], places))
    return edges


def dump(*arguments):
    command = ["objdump", "--demangle", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def target(symbol, places):
    symbol = re.sub(r"[-+]0x[0-9a-f]+$", "", symbol.strip())
    return places.get(symbol, name(symbol))


def name(symbol):
    """Without the offset and the hash."""
    symbol = re.sub(r"[-+]0x[0-9a-f]+$", "", symbol.strip())
    return re.sub(r"::h[0-9a-f]{16}$", "", symbol)


def reach(edges, start):
    """Who refers to a panic itself, among all that can be reached."""
    seen, todo, found = {start}, [start], set()
    while todo:
        here = todo.pop()
        for there in edges.get(here, ()):
            if MEMORY.match(there):
                continue
            if PANIC.match(there):
                found.add((here, there))
            elif there not in seen:
                seen.add(there)
                todo.append(there)
    return found


def main():
    edges = graph(sys.argv[1])
    entries = sorted(symbol for symbol in edges if symbol.startswith("entry_"))
    assert len(entries) > 30, f"only {len(entries)} entries: is the library the right one?"
    assert any(PANIC.match(symbol) for symbol in edges), "no panic at all: the names have changed"
    lines = []
    proved = 0
    places = set()
    for entry in entries:
        found = reach(edges, entry)
        places |= found
        proved += not found
        lines.append(f"{entry}: {'no panic' if not found else f'{len(found)} places'}")
    lines += sorted({f"place {caller} -> {panic}" for caller, panic in places})
    text = "\n".join(lines) + "\n"
    print(text, end="")
    print(f"{proved} of {len(entries)} entries are proved not to panic, {len(places)} places are left")
    if "--write" in sys.argv:
        head = [line for line in LIST.read_text().splitlines() if line.startswith("#")] if LIST.exists() else []
        LIST.write_text("\n".join(head + [""]) * bool(head) + text)
        return
    known = LIST.read_text().splitlines()
    worse = [line for line in lines if line.startswith("entry_") and "no panic" not in line]
    worse = [line for line in worse if line.split(":")[0] + ": no panic" in known]
    fresh = [line for line in lines if line.startswith("place ") and line not in known]
    before = sum(line.startswith("place ") for line in known)
    for line in fresh:
        print("not in the list:", line)
    # Where code is inlined a place goes by another name; what counts is that there are not more of them.
    if worse or len(places) > before:
        sys.exit(f"{len(places)} places, not {before}; no proof any more:\n" + "\n".join(worse))


main()
