-- SPDX-License-Identifier: Apache-2.0
-- What a database must have before its first migration. Harmless when repeated.
-- Roles belong to the whole cluster: another database's migrate may make the same one at the same time.

-- name: migrate_bootstrap
SELECT pg_advisory_lock(440000);
DO $$
DECLARE
    its_name text;
BEGIN
    FOREACH its_name IN ARRAY '{pa_owner,pa_intake,pa_classifier,pa_dispatcher,pa_feedback,pa_desk,pa_admin}'::text[] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = its_name) THEN
                EXECUTE format('CREATE ROLE %I %s', its_name, CASE its_name WHEN 'pa_owner' THEN 'NOLOGIN' ELSE 'LOGIN' END);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
    IF NOT pg_has_role('pa_owner', 'MEMBER') THEN
        EXECUTE format('GRANT pa_owner TO %I', current_user);
    END IF;
    IF NOT has_schema_privilege('pa_owner', 'public', 'CREATE') THEN
        GRANT CREATE ON SCHEMA public TO pa_owner;
    END IF;
END
$$;
SET ROLE pa_owner;
CREATE TABLE IF NOT EXISTS schema_version (
    version int PRIMARY KEY,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamptz NOT NULL
);

-- name: migrate_list
SELECT version, name, digest FROM schema_version ORDER BY version
