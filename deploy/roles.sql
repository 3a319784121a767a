-- The two logins of a new database server: one owns the tables, the other works with them and owns nothing.
-- PostgreSQL's image runs this once, as its administrator, when the server is made. Passwords come from the environment.

\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD

CREATE ROLE socialcare_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'owner_password';
CREATE ROLE socialcare_app   LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'app_password';

CREATE DATABASE socialcare OWNER socialcare_owner;
REVOKE ALL ON DATABASE socialcare FROM PUBLIC;
GRANT CONNECT ON DATABASE socialcare TO socialcare_app;

\connect socialcare
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO socialcare_app;
