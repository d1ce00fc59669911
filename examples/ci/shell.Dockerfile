# nctsim beside a shell, for CI systems that run the lines of a job inside its image.
FROM debian:12-slim
COPY --from=nctsim /nctsim /usr/local/bin/nctsim
