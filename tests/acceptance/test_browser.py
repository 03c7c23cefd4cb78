"""The page in a real browser: opened, moved in time, seen with other eyes, down to one household's timeline."""

import asyncio
import contextlib
import re
import shutil
from collections.abc import AsyncGenerator, Awaitable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, async_playwright, expect
from playwright.async_api import Error as PlaywrightError

from tests.fixtures.hub import RunningHub

pytestmark = pytest.mark.timeout(360)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
DESKTOP, PHONE = (1280, 900), (375, 812)
MAP_IDLE = ".map-place[data-state=idle]"
WAIT_MS = 30_000
STEP_SECONDS = 60.0
"""For what Playwright does without a timeout of its own."""

TEST_SECONDS = 120.0
"""For all that a test does with its page: below the bound of the test, so that the page can still say what it waits for."""

Result = TypeVar("Result")
YEAR_END = "2023-09-30"


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found is not None, "the browser tests need Chromium: apt-get install chromium"
    return found


@contextlib.asynccontextmanager
async def open_page(
    hub: RunningHub, path: str = "/", size: tuple[int, int] = DESKTOP
) -> AsyncGenerator[Page]:
    """The page with its map drawn. Fails at the end when the browser had anything to complain about."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{message.text} {message.location.get('url', '')}")

    async with open_browser() as browser:
        viewport: ViewportSize = {"width": size[0], "height": size[1]}
        page = await within("open a page", browser.new_page(viewport=viewport, locale="th-TH"))
        page.set_default_timeout(WAIT_MS)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        waiting = watch(page)
        try:
            async with asyncio.timeout(TEST_SECONDS):
                await page.goto(hub.base_url + path)
                await page.wait_for_selector(MAP_IDLE)
                yield page
        except (TimeoutError, AssertionError, PlaywrightError) as error:
            error.add_note(f"at {page.url}; not answered: {sorted(waiting)}; said: {complaints[-5:]}")
            raise
    assert complaints == []


async def within(what: str, work: Awaitable[Result], seconds: float = STEP_SECONDS) -> Result:
    """The result of a step that Playwright itself lets wait for ever. Raises AssertionError that says which."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError as error:
        raise AssertionError(f"the browser did not {what} within {seconds:.0f} s") from error


@contextlib.asynccontextmanager
async def open_browser() -> AsyncGenerator[Browser]:
    """A browser, closed at the end. Starting, closing and stopping have no bound of their own in Playwright: here each has one."""
    playwright = await within("start its driver", async_playwright().start())
    try:
        launch = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        browser = await within("start", launch)
        try:
            yield browser
        finally:
            await within("close", browser.close())
    finally:
        await within("stop its driver", playwright.stop())


def watch(page: Page) -> set[str]:
    """The addresses that the page has asked for and that are not answered yet; kept up to date."""
    waiting: set[str] = set()
    page.on("request", lambda request: waiting.add(request.url))
    page.on("requestfinished", lambda request: waiting.discard(request.url))
    page.on("requestfailed", lambda request: waiting.discard(request.url))
    return waiting


async def ask(page: Page, hub: RunningHub, path: str, role: str | None = None) -> dict[str, Any]:
    headers = {} if role is None else {"X-API-Key": hub.keys[role]}
    response = await page.request.get(hub.base_url + path, headers=headers)
    assert response.ok, await response.text()
    return await response.json()


async def look_as(page: Page, role: str) -> None:
    await page.click(".role-button")
    await page.click(f"[data-role={role}]")


def figure(page: Page, card: str) -> Any:
    return page.locator(f"[data-number={card}] .figure")


async def test_the_page_opens_in_thai_with_numbers_a_map_and_a_table(demo_hub: RunningHub):
    async with open_page(demo_hub) as page:
        assert await page.get_attribute("html", "lang") == "th"
        await expect(page.locator("h1")).to_contain_text("ครัวเรือนยากจน")
        await look_as(page, "auditor")
        overview = await ask(page, demo_hub, "/v1/overview", "auditor")
        assert overview["households"] > 0
        await expect(figure(page, "households")).to_have_text(f"{overview['households']:,}")
        await expect(figure(page, "records")).to_have_text(f"{sum(overview['records'].values()):,}")
        await expect(page.locator(".table-section tbody tr")).to_have_count(len(overview["areas"]))
        await expect(page.locator(".map-label").first).to_be_visible()
        await expect(page.locator(".time")).to_have_attribute("data-today", "yes")


async def test_another_day_is_loud_and_changes_the_numbers(demo_hub: RunningHub, tmp_path: Path):
    async with open_page(demo_hub) as page:
        await look_as(page, "auditor")
        now = await ask(page, demo_hub, "/v1/overview", "auditor")
        await expect(figure(page, "households")).to_have_text(f"{now['households']:,}")
        await page.click("#choose-time")
        await page.click(f"fieldset[data-axis=validAt] [data-day='{YEAR_END}']")
        then = await ask(page, demo_hub, f"/v1/overview?valid_at={YEAR_END}", "auditor")
        assert then["households"] != now["households"]
        await expect(figure(page, "households")).to_have_text(f"{then['households']:,}")
        bar = page.locator(".time")
        await expect(bar).to_have_class(re.compile("is-loud"))
        await expect(bar).to_contain_text("30 กันยายน 2566")
        await expect(bar.locator(".time-basis")).to_contain_text(f"{then['sequence']:,}")
        assert f"valid_at={YEAR_END}" in page.url
        await page.screenshot(path=tmp_path / "another-day.png", full_page=True)
        await page.click("#back-to-today")
        await expect(bar).to_have_attribute("data-today", "yes")
        await expect(figure(page, "households")).to_have_text(f"{now['households']:,}")


async def test_a_typed_day_may_be_of_either_era_and_a_bad_one_is_explained(demo_hub: RunningHub):
    async with open_page(demo_hub) as page:
        await page.click("#choose-time")
        field = page.locator("input[name=validAt]")
        await field.fill("30/9/66")
        await field.press("Enter")
        await expect(page.locator("[data-axis=validAt] .fault")).to_contain_text("ปีสี่หลัก")
        await field.fill("๓๐ ก.ย. ๒๕๖๖")
        await field.press("Enter")
        await expect(page.locator(".time-main")).to_contain_text("30 กันยายน 2566")


async def test_before_the_first_event_the_page_says_so_and_offers_the_other_axis(demo_hub: RunningHub):
    async with open_page(demo_hub, "/?as_of=2020-09-30") as page:
        said = page.locator(".nothing-yet")
        await expect(said).to_contain_text("ระบบยังไม่มีข้อมูลในวันนั้น")
        await said.get_by_role("button").click()
        await expect(said).to_have_count(0)
        assert "valid_at=2020-09-30" in page.url
        assert "as_of" not in page.url


async def test_an_auditor_opens_a_household_and_reads_its_timeline(demo_hub: RunningHub, tmp_path: Path):
    async with open_page(demo_hub) as page:
        await expect(page.locator(".panel")).to_contain_text("เฉพาะผู้มีสิทธิ์")
        await look_as(page, "auditor")
        await page.locator(".ranking button").first.click()
        item = page.locator(".household-item").first
        household = await item.get_attribute("data-household")
        await item.click()
        answer = await ask(page, demo_hub, f"/v1/households/{household}/timeline?limit=1000", "auditor")
        events = page.locator(".timeline > li")
        await expect(events).to_have_count(len(answer["items"]))
        assert answer["items"]
        await expect(events.first).to_contain_text(answer["items"][0]["summary_th"])
        await expect(events.first.locator(".dates dt")).to_have_count(3)
        assert f"household={household}" in page.url
        await page.screenshot(path=tmp_path / "household.png")


async def test_points_of_households_are_drawn_for_those_who_may_see_them(demo_hub: RunningHub):
    async with open_page(demo_hub) as page:
        await look_as(page, "steward")
        answer = await ask(page, demo_hub, "/v1/households?limit=100", "steward")
        point = next(item["point"] for item in answer["items"] if item["point"] is not None)
        async with page.expect_response(re.compile(r"/ogc/xyz/household_points/1[1-4]/")) as awaited:
            await page.goto(f"{demo_hub.base_url}/?map=13,{point['lon']:.4f},{point['lat']:.4f}")
        response = await awaited.value
        assert response.status in (200, 204, 304)
        await page.wait_for_selector(MAP_IDLE)
        await expect(page.locator(".legend-points")).to_be_visible()


async def test_an_address_keeps_the_exact_view_in_english(demo_hub: RunningHub):
    path = f"/?valid_at={YEAR_END}&as_of=seq:10&ind=need_income&unit=share&lang=en"
    async with open_page(demo_hub, path) as page:
        assert await page.get_attribute("html", "lang") == "en"
        assert page.url.removeprefix(demo_hub.base_url) == path
        await expect(page.locator(".time-main")).to_contain_text("30 September 2023")
        await expect(page.locator(".time-main")).to_contain_text("event 10")
        await expect(page.locator("#indicator")).to_have_value("need_income")


async def test_the_table_sorts_by_keyboard(demo_hub: RunningHub):
    async with open_page(demo_hub) as page:
        heading = page.locator(".table-section thead th").nth(2)
        await heading.locator("button").focus()
        await page.keyboard.press("Enter")
        await expect(heading).to_have_attribute("aria-sort", "descending")
        await page.keyboard.press("Enter")
        await expect(heading).to_have_attribute("aria-sort", "ascending")


async def test_the_page_fits_a_phone(demo_hub: RunningHub, tmp_path: Path):
    async with open_page(demo_hub, f"/?valid_at={YEAR_END}", PHONE) as page:
        await look_as(page, "auditor")
        await page.locator(".ranking button").first.click()
        await expect(page.locator(".panel.is-sheet")).to_be_visible()
        await page.locator(".household-item").first.click()
        await expect(page.locator(".timeline > li").first).to_be_attached()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        await page.screenshot(path=tmp_path / "phone.png")


SIX = ("distinct", "in_more_than_one", "twice", "unserved", "mistargeted", "exited")


async def test_the_six_numbers_open_to_exactly_their_households(demo_hub: RunningHub, tmp_path: Path):
    async with open_page(demo_hub) as page:
        await look_as(page, "auditor")
        overview = await ask(page, demo_hub, "/v1/overview", "auditor")
        for name in SIX:
            number = overview["numbers"][name]
            value = page.locator(f".six-number[data-list={name}] .six-value")
            await expect(value).to_have_text(f"{number['value']:,}")
        await page.click(".six-number[data-list=twice]")
        shown = page.locator("[data-list-panel=twice] .household-item")
        first = await ask(page, demo_hub, "/v1/overview/twice?limit=50", "auditor")
        await expect(shown).to_have_count(len(first["items"]))
        assert await shown.first.get_attribute("data-household") == first["items"][0]["household_id"]
        assert "list=twice" in page.url
        await expect(page.locator(".panel h2")).to_contain_text("ซ้ำซ้อน")
        await page.screenshot(path=tmp_path / "twice.png")
        await shown.first.click()
        await expect(page.locator(".timeline > li").first).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(shown.first).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("[data-list-panel]")).to_have_count(0)


async def test_findings_are_listed_by_kind_area_and_state_in_thai(demo_hub: RunningHub, tmp_path: Path):
    async with open_page(demo_hub, "/?list=findings") as page:
        await expect(page.locator("[data-list-panel=findings]")).to_contain_text("เฉพาะผู้มีสิทธิ์")
        await look_as(page, "auditor")
        panel, rows = page.locator("[data-list-panel=findings]"), page.locator(".finding")
        every = await ask(page, demo_hub, "/v1/findings?limit=50", "auditor")
        await expect(panel.locator(".list-count")).to_contain_text(f"{every['total']:,} ข้อสังเกต")
        await panel.locator("select[name=kind]").select_option("mistargeted")
        found = await ask(page, demo_hub, "/v1/findings?limit=50&kind=mistargeted", "auditor")
        assert 0 < found["total"] < every["total"]
        await expect(panel.locator(".list-count")).to_contain_text(f"{found['total']:,} ข้อสังเกต")
        await expect(rows).to_have_count(len(found["items"]))
        await expect(rows.first).to_contain_text(found["items"][0]["reason_th"])
        area = found["items"][0]["amphoe"]
        await panel.locator("select[name=area]").select_option(area)
        inside = await ask(page, demo_hub, f"/v1/findings?kind=mistargeted&area={area}", "auditor")
        await expect(panel.locator(".list-count")).to_contain_text(f"{inside['total']:,} ข้อสังเกต")
        assert f"area={area}" in page.url
        await page.screenshot(path=tmp_path / "findings.png")
        await panel.locator("select[name=state]").select_option("confirmed")
        await expect(panel).to_contain_text("ไม่มีข้อสังเกตตามที่เลือก")


async def test_the_six_numbers_and_findings_fit_a_phone(demo_hub: RunningHub, tmp_path: Path):
    async with open_page(demo_hub, "/?list=findings", PHONE) as page:
        await look_as(page, "auditor")
        await expect(page.locator(".finding").first).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        await page.click(".panel .close")
        await expect(page.locator(".six-number")).to_have_count(len(SIX))
        await page.screenshot(path=tmp_path / "phone-six.png")


async def test_a_steward_compares_two_records_side_by_side(demo_hub: RunningHub, tmp_path: Path):
    complaints: list[str] = []
    for size in (DESKTOP, PHONE):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            page = await browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="th-TH")
            page.set_default_timeout(WAIT_MS)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto(demo_hub.base_url + "/review")
            await page.click("[data-role=steward]")
            await expect(page.locator("#queue-heading")).to_contain_text("รอตัดสิน")
            await page.locator(".review-entry").first.click()
            await expect(page.locator(".review-record")).to_have_count(2)
            await expect(page.locator("[data-verdict=same]")).to_be_visible()
            await expect(page.locator(".evidence").first).to_contain_text("ชื่อ")
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size[0]
            await page.screenshot(path=tmp_path / f"review-{size[0]}.png", full_page=True)
            await browser.close()
    assert complaints == []
