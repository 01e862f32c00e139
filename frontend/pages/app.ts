// The small script of every server-rendered page: htmx, toasts, menus, dialogs, forms that wait.
import "htmx.org";
import { wireForms } from "../parts/forms";
import { wireHtmx } from "../parts/live";
import { wireMenus } from "../parts/menus";
import { wireToasts } from "../parts/toasts";

wireToasts();
wireMenus();
wireForms();
wireHtmx();
