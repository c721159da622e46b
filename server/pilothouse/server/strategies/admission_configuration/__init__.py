"""The objects that configure admission: webhooks, policies and their bindings. Expressions are not compiled here."""
