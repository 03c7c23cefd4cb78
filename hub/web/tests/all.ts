/** Every test of the page's pure parts; `npm test` builds and runs this file. */

import "./calendar.ts";
import "./indicators.ts";
import "./view.ts";
import "./boundaries.ts";
import "./words.ts";
