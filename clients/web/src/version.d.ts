/** Of pyproject.toml; put in by vite.config.ts. */
declare const VERSION: string;
