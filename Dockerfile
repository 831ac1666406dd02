# The steps are those of the README, on a slim Debian. Each was tried by hand, without a container engine: the installation
# of exactly these files, the command as another user, the health check, the end by SIGTERM.
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY vekha vekha
COPY bot bot
COPY admin admin
COPY sandbox sandbox
COPY domain domain
COPY locales locales
COPY migrations migrations
RUN python -m venv /opt/vekha && /opt/vekha/bin/pip install --no-cache-dir -c constraints.txt '.[postgres,socks]'

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 vekha && install -d -o vekha -g vekha -m 700 /data
COPY --from=build /opt/vekha /opt/vekha
USER 10001
WORKDIR /data
ENV PATH=/opt/vekha/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data/var \
    PANEL_HOST=0.0.0.0
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["vekha"]
CMD ["run"]
