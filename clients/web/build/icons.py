"""Draws `public/icons` and `icon-unread.svg` from `public/icon.svg`; to be run again when the logo has changed."""

import asyncio
import shutil
from pathlib import Path

from playwright.async_api import async_playwright

PUBLIC = Path(__file__).parent.parent / "public"
ROUNDED = "icon"
DOT = '  <circle cx="50" cy="14" r="14" fill="#f5b75b"/>\n'
"""Of the tab's icon while something is unread."""
SIZES = {ROUNDED: (192, 512), "maskable": (192, 512), "touch": (180,)}


async def draw() -> None:
    """All icons in all sizes. Systems that cut icons to a shape of their own are given the whole square."""
    logo = (PUBLIC / "icon.svg").read_text()
    (PUBLIC / "icon-unread.svg").write_text(logo.replace("</svg>", f"{DOT}</svg>"))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for kind, sizes in SIZES.items():
            shape = logo if kind == ROUNDED else logo.replace(' rx="18"', "")
            for size in sizes:
                page = await browser.new_page(viewport={"width": size, "height": size})
                await page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{shape}")
                await page.screenshot(path=PUBLIC / "icons" / f"{kind}-{size}.png", omit_background=True)
                await page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())
