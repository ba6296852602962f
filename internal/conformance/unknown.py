"""The errors of a judge that are not known: unknown.py FINDINGS KNOWN

KNOWN holds one regular expression a line. What only says that a
reference's target does not meet a profile is known too where the target itself
has an error that is known: one fault is not counted again for all who refer to it.
"""
import re
import sys

lines = [l.rstrip('\n').split('\t', 3) for l in open(sys.argv[1], encoding='utf-8')]
known = [re.compile(l.rstrip('\n')) for l in open(sys.argv[2], encoding='utf-8') if l.strip()]
faulty, open_ = set(), []
for line in lines:
    if len(line) < 4:
        continue
    file, severity, path, message = line
    e = '\t'.join(line)
    inside = re.findall(r'\*\w+/([^*]+)\*', path)
    if severity != 'error':
        # A required code that nothing here can decide on: the target's profile cannot be either.
        if 'a code from this value set is required' in message:
            faulty.update((file, i) for i in inside)
    elif any(k.search(e) for k in known):
        faulty.update((file, i) for i in inside)
    else:
        target = re.match(r'Unable to find a profile match for urn:uuid:(\S+) among', message)
        open_.append((e, file, inside, target and target.group(1)))
while True:
    follows = [o for o in open_ if o[3] and (o[1], o[3]) in faulty]
    if not follows:
        break
    faulty.update((o[1], i) for o in follows for i in o[2])
    open_ = [o for o in open_ if o not in follows]
for o in open_:
    print(o[0])
