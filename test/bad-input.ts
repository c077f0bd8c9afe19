import * as fc from 'fast-check';

/** What was thrown for bad input, or undefined. */
export async function errorOf(work: () => unknown): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Text that nobody means: none, in any script, in halves of characters, names of what every object has, and far too much of it. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', '\n', '\ud800', '__proto__', 'toString', 'hasOwnProperty', '-1', '1.5', '0x10', '1e300', 'true'),
  fc.constantFrom('arn:aws:', ':::::::', 'a token'),
  fc.string({ minLength: 1 }).map(text => text.repeat(3_000)),
);

/** Any JSON value. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  fc.jsonValue(),
  fc.constantFrom(null, true, -1, 0.5, 1e300, [], {}, { toString: 1, valueOf: 1 }),
);

/** What JavaScript says when a program went wrong, not its input. */
export const ACCIDENT = new RegExp([
  /Cannot (read|set|convert|destructure|mix)/, /is not (a function|iterable|defined|a constructor)/, /\[object /,
  /Maximum call stack|Invalid time value|Invalid array length/,
  /\b(Type|Syntax|Range|Reference|URI)Error\b/, /Unexpected error/,
].map(({ source }) => source).join('|'));
