#!/usr/bin/env python3
"""Zeek conn.log of a wished size: real rows of the fixture; times moved on; ends drawn, skewed, from 100,000 pairs.

usage: logs_make_conn.py OUT BYTES zeek-conn-2018.log
"""
import random, sys
random.seed(1)
src=open(sys.argv[3]).read().split('\n')
head=[l for l in src if l.startswith('#')]; rows=[l.split('\t') for l in src if l and not l.startswith('#')]
pairs=[('10.0.%d.%d'%(random.randrange(8),random.randrange(1,255)),'%d.%d.%d.%d'%(random.choice([31,52,104,142,151,185,203]),random.randrange(256),random.randrange(16),random.randrange(1,255))) for _ in range(100000)]
want=int(sys.argv[2])
with open(sys.argv[1],'w') as out:
    out.write('\n'.join(head)+'\n'); n=0; i=0
    while n<want:
        buf=[]
        for r in rows:
            i+=1
            r=list(r)
            r[0]='%.6f'%(float(r[0])+i*0.01)
            r[1]=r[1][:10]+'%07x'%i
            if ':' not in r[2]:
                r[2],r[4]=pairs[int(random.random()**2*100000)]
            buf.append('\t'.join(r))
        b='\n'.join(buf)+'\n'; out.write(b); n+=len(b)
