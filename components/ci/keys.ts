/** Variables by key, nothing secret. */
export type Settings = Readonly<Record<string, string>>;
