#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    if sys.argv[1:] == ["up"]:  # it makes what the settings need, so it runs before they load
        from annotator.launch import up

        sys.exit(up.main())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
    execute_from_command_line(sys.argv)
