/** The register's pages work without script: this only brings their style. */
import "./styles/register.css";
