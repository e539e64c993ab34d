"""What makes an export checkable without us: proof lines, the chains of its cases, one proof to the log's root.

**A package** is one folder of files, or one zip of them in the form of `audit/zipped.py` (stored, not
compressed; a locked one is that same zip's files under AES, to be opened by a zip program into an empty folder
first). `audit/verifier.py` checks either. "Canonical JSON" is `audit.chain.canonical`; lines end in one "\\n";
hashes are lower-case hexadecimal where nothing else is said; base64 is the standard alphabet with padding.

``decisions.csv | .jsonl | .xlsx | .pdf``
    The data, in one file or several (``manifest.data`` names them in order, the rows go on from one to the
    next). Every file, and every sheet of an XLSX, begins with the columns' titles; JSON lines are
    objects of title → cell, one a line, without a line of titles. The text of a PDF is not compared.
``proof.jsonl``
    One line of canonical JSON for each data row, in their order, which is that of the leaf index: ``index``,
    ``header`` (the stored bytes as text), and, unless the case's key was destroyed before, ``form`` (the
    first 16 hex digits of SHA-256 over the canonical JSON list of the names of all its fields, sorted), ``names`` (that list,
    where no earlier line of the file had this form, or again), ``shown`` {field: [salt, value]} and ``hidden``
    (base64 of the salted hashes, 32 bytes each, of the other fields, in the order of their names). A salt is
    HMAC-SHA256(the entry's secret, canonical name): those of shown fields alone; the secret never.
``chains.jsonl``
    For each case with a row, ordered by subject: a line for each entry of its chain, from 1 to the last
    below the log size: ``index`` and ``header``; for recorded decisions that are no rows also ``form``… with those
    fields shown that a filter asks about.
``tree.txt``
    The roots, in hexadecimal, one a line, left to right, of the largest subtrees of the log (RFC 6962, `merkle.cover`) that
    hold no entry of ``chains.jsonl``: with those entries' hashes they give the root.
``earlier.json``
    Canonical JSON: a list of [size, [hashes]]: consistency proofs (RFC 6962, 2.1.2) from earlier checkpoints.
``checkpoint.txt``
    A signed note of the tree head at the export's log size: origin, size, root.
``verifier.py``, ``README.txt``
    What checks it, and how. The copy to trust is one got by another way, like the key.
``manifest.json``
    Canonical JSON: ``version`` (1), ``kind``, ``made_at``, ``purpose`` {code, words}, ``format``, ``data``, ``names``,
    ``free_text``, ``columns`` [{code, title, field, how, words}], ``filters`` [{code, title, field, test, value,
    words}], ``rows``, ``cases``, ``outside`` (recorded decisions of those cases that are no rows), ``destroyed`` (rows
    whose key was gone), ``log`` {origin, size, root}, ``withheld`` {columns: titles, fields: names, free_text,
    names: bool}, ``files`` [{name, size, sha256}] of all the others, in the order of the package.
``manifest.sig``
    base64, and a newline, of the Ed25519 signature over ``PURPOSE`` ‖ "\\n" ‖ the bytes of ``manifest.json``.

A filter's ``test`` of the field's value (absent: null): ``is``, ``one_of`` (of a list), ``has`` (the value's list holds
it), ``any`` / ``none`` (something or nothing is there; false, 0, "" and [] are nothing), ``from`` / ``before`` (moments,
"2026-03-14T09:30:00.000000Z"). A ``field`` of None: the log cannot show it, the signature alone covers it.

Who does what: the job (`audit/exports.py`) writes the data and `lines(chunk, show)` for each chunk, then drains
`finish(...)`, file after file, and packs all with `zipped.package`.
"""
