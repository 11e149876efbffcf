/** A log of eleven entries, `{"entry":0}` and so on, made with bailiwick.tlog: another implementation. */
export const POLICY = `log meet.example.org/log+d8640d52+AZJzCPU9Z2VQPStkwQOrWqRyBqs5UCz+j5hEL9tUMQC3 https://meet.example.org/log
witness w1 w1.example+89d3dde6+BIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c
witness w2 w2.example+c56c0ee5+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU
witness w3 w3.example+783c6e45+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR
group two 2 w1 w2 w3
quorum two
`;

export const PROOF = `c2sp.org/tlog-proof@v1
index 5
ezKQNPXSfBr8benrGkZvZ2oOqrgC+bKQsgRp5VIXyDY=
+GNv658JzPg3Fpbn9rUcb8ANwu6kCvg8r7VRfJKg7LE=
WBCYPpyXjaFjHvDPijtKqkuFVirOpxlplDFL2r6KoLk=
huU0JAPu1T7mUj3HgLBMp0r9+WOL/Ni31puaWwNMyto=

meet.example.org/log
11
wmYYo1qZ1eVi10bevMZIwoilNzp+inAWRgbKg15LToU=

— meet.example.org/log 2GQNUob0d+ApqbKAcHfp0nY9P/BdInCoY5ENxi86wo5JVRwi6sGRvAH/g6x3t79H5vM346mIdL4KteyFF9Tpp/mBqgU=
— w1.example idPd5gAAAABrSdIAZ5jSACYo2/iwvXsGGI+rGfDFNto1Xj+f6iG6Zh8obw4BpRq8MxbVQNr0KrMO1UBFfbGHqywgripQjMu1s51xBQ==
— w2.example xWwO5QAAAABrSdI8zTTYWxqffnAZqsC6a8fXRRrOgkngEw4lXd4dhG1khngY1GM4cjlKtX8T8JRKMob/S2AIZlJmj/JbrBCD9Cs3Bw==
`;

export const ENTRY = '{"entry":5}';
