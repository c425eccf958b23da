/** TXIDs are 16 hexadecimal digits, more than a number holds. */
export function isTxid(text: string): boolean {
  return /^[0-9a-f]{1,16}$/i.test(text.trim());
}

export function full(text: string): string {
  return text.trim().toLowerCase().padStart(16, '0');
}

/** Without its zeros, for people: 2a. */
export function short(txid: string | null | undefined): string {
  return txid ? txid.replace(/^0+(?=.)/, '') : '–';
}

export function between(older: string, newer: string): number {
  return Number(BigInt('0x' + newer) - BigInt('0x' + older));
}
