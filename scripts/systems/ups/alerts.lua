-- Track Alert (section 6): who is told of a parcel's events. At most 100 numbers a call and 14 days; the answer names those
-- that were taken and those that were not, and both lists have to be read. Subscribing again lets the 14 days begin anew.

local AGAIN = { kind = "D", may_repeat = true }
local LACKED = "Track Alert"   -- a product that an app may do without

return {
  ["alerts.subscribe"] = {
    POST = "/api/track/v1/subscription/standard/package", takes = "AlertSubscription", gives = "AlertResult", effect = AGAIN,
    optional = LACKED, secrets = { "alert_credential" },
  },
  -- Where v2 pushes to is set by a person in the portal.
  ["portal_alerts.subscribe"] = {
    POST = "/api/track/v2/subscription/standard/package", takes = "PortalSubscription", gives = "AlertResult", effect = AGAIN,
    optional = LACKED,
  },
  ["portal_alerts.subscribe_enhanced"] = {
    POST = "/api/track/v2/subscription/enhanced/package", takes = "PortalSubscription", gives = "AlertResult", effect = AGAIN,
    optional = LACKED,
  },
  ["account_alerts.subscribe"] = {
    POST = "/api/track/v2/subscription/standard/account", takes = "AccountSubscription", effect = AGAIN, optional = LACKED,
  },
}
