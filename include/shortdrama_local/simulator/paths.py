"""Where each vendor's API is mounted: the paths that the vendors use themselves."""

APPFIGURES = "/v2"
CREATIVE_CENTER = "/creative_radar_api/v1"
TIKTOK_BUSINESS = "/open_api/v1.3"
