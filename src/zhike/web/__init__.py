"""The web application: pages and their JSON twins, served from the published snapshot."""

from zhike.web.application import application
from zhike.web.serving import Listening, listen, serve, server_of

__all__ = ["Listening", "application", "listen", "serve", "server_of"]
