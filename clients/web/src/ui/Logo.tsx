/** Two corners that face each other, with room between them for what is said. */
export function Logo({ size = 40 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" rx="18" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M27 17h-7a4 4 0 0 0-4 4v12" />
        <path d="M37 47h7a4 4 0 0 0 4-4V31" />
      </g>
      <circle cx="32" cy="32" r="4.5" fill="var(--on-accent)" />
    </svg>
  );
}
