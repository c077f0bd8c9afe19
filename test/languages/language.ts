/** A language that the package is published for, and how its users work with it. */
export interface Language {
  /** What jsii-pacmak, jsii-rosetta and the folder of its example call it. */
  readonly name: string;
  /** Commands without which nothing can be built. */
  readonly tools: readonly string[];
  /** The app's source in the example's folder. */
  readonly app: string;
  /** A program of README's and the API's samples beside the app, the command that judges it, and lines that it may print. */
  readonly samples: { readonly file: string; readonly command: string; readonly tolerated?: RegExp; program(samples: readonly string[]): string };
  /** Lets the example in `room` find what was built into `packages` in place of the published package. */
  install(room: string, packages: string): void;
  /** What the environment of its tools must say. */
  environment(room: string): NodeJS.ProcessEnv;
  /** Where a user looks for what went wrong. */
  errorLine(output: readonly string[]): string | undefined;
  /** Unpacks into `folder` what its users read of the package. */
  unpack(packages: string, folder: string): void;
}
