import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import * as vm from 'node:vm';
import { Handler } from './environment';

/** Where Lambda unpacks the code: what stack traces show. */
const TASK_ROOT = '/var/task';

type Wrapper = (exports: unknown, require: NodeJS.Require, module: { exports: unknown }, file: string, directory: string) => void;

/** The code of a function. It is compiled once a process; each environment gets instances of its own of all modules in it. */
export class FunctionModules {
  private readonly scripts = new Map<string, vm.Script>();
  private readonly root: string;

  constructor(codeDirectory: string, private readonly refuse: (what: string) => never) {
    this.root = realpathSync(codeDirectory);
  }

  /** Loads `file.export` in a fresh instance; the errors are Lambda's. */
  loadHandler(name: string): Handler {
    const dot = name.lastIndexOf('.');
    const [module, exportName] = [name.slice(0, dot), name.slice(dot + 1)];
    const base = path.join(this.root, module);
    if (existsSync(`${base}.mjs`)) this.refuse(`a handler that is an ES module (${module}.mjs)`);
    const file = [`${base}.js`, `${base}.cjs`].find(existsSync);
    if (!file) throw lambdaError('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
    const handler = (this.instantiate(file, new Map()) as Record<string, unknown>)[exportName];
    if (typeof handler !== 'function') throw lambdaError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
    if (handler.length > 2) this.refuse(`a handler with a callback (${name})`);
    return handler as Handler;
  }

  private instantiate(file: string, cache: Map<string, { exports: unknown }>): unknown {
    const known = cache.get(file);
    if (known) return known.exports;
    const module = { exports: {} as unknown };
    cache.set(file, module);
    if (file.endsWith('.json')) {
      module.exports = JSON.parse(readFileSync(file, 'utf8'));
      return module.exports;
    }
    const nodeRequire = createRequire(file);
    const instanceRequire = (id: string): unknown => {
      const resolved = nodeRequire.resolve(id);
      return this.isOwn(resolved) ? this.instantiate(resolved, cache) : nodeRequire(id);
    };
    const wrapper = this.compile(file).runInThisContext() as Wrapper;
    wrapper.call(module.exports, module.exports, Object.assign(instanceRequire, nodeRequire), module, file, path.dirname(file));
    return module.exports;
  }

  private isOwn(file: string): boolean {
    return file.startsWith(this.root + path.sep) && !file.endsWith('.node');
  }

  private compile(file: string): vm.Script {
    let script = this.scripts.get(file);
    if (!script) {
      const head = '(function (exports, require, module, __filename, __dirname) { ';
      script = new vm.Script(`${head}${readFileSync(file, 'utf8')}\n})`, {
        filename: path.posix.join(TASK_ROOT, path.relative(this.root, file)),
        columnOffset: -head.length,
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      });
      this.scripts.set(file, script);
    }
    return script;
  }
}

function lambdaError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
