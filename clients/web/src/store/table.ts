import { type Signal, signal } from "@preact/signals-core";

/** Values by key, each a signal of its own: who shows one is not disturbed by the others. */
export class Table<K, V> {
  private readonly signals = new Map<K, Signal<V | undefined>>();
  private readonly present = new Set<K>();
  /** Grows with each change of any value. */
  readonly version = signal(0);

  /** The signal of a key, whether there is a value or not. */
  at(key: K): Signal<V | undefined> {
    let found = this.signals.get(key);
    if (!found) {
      found = signal<V | undefined>(undefined);
      this.signals.set(key, found);
    }
    return found;
  }

  peek(key: K): V | undefined {
    return this.signals.get(key)?.peek();
  }

  set(key: K, value: V): void {
    this.present.add(key);
    this.at(key).value = value;
    this.version.value += 1;
  }

  delete(key: K): void {
    if (!this.present.delete(key)) return;
    this.at(key).value = undefined;
    this.version.value += 1;
  }

  clear(): void {
    for (const key of [...this.present]) this.delete(key);
  }

  /** All values; read within a computation it is done anew when any changes. */
  values(): V[] {
    void this.version.value;
    return [...this.present].flatMap(key => this.peek(key) ?? []);
  }
}
