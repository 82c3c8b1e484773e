/* Everything works without this. With it: the session's end is announced. */
"use strict";
